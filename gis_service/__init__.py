"""国有空闲地管理服务 · the register of idle state-owned land."""

import os

# Before numpy is first imported. Several processes share the cores here, and threads of OpenBLAS that wait for a core spin on it: an
# estimate of a volume took 20 times the processor time with two threads of it than with one, in two processes on two cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
