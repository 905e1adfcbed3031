"""国土 TXT: the exchange format of survey boundary points (勘测定界界址点坐标交换格式), in all its dialects."""
