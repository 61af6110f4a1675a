import os

# numpy's linear algebra would start a thread for each core, to spin there unused.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
