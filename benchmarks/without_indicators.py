"""The `denyut` command without a single indicator, to compare: `python -m benchmarks.without_indicators run ...`."""

from denyut.cli import main
from processors.indicators.catalogue import CATALOGUE

if __name__ == "__main__":
    CATALOGUE.clear()
    main()
