from denyut.cli import main

main()
