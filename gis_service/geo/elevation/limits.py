"""The least change that is told as a heap. Apart from the arithmetic, so that who only names it need not load it."""

LEAST_M3, LEAST_M2 = 10.0, 4.0
