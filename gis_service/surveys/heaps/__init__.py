"""地表堆体: heaps found by the difference of two elevation models, offered to be looked at."""
