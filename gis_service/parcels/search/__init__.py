"""搜索: finding parcels, areas, units, places and documents by what people type.

Every text of the register that people search by stands once more in `search_term`: as it is, reduced to letters and
digits, and as a *haystack* that also has its pinyin and its initials. Triggers keep the rows and their letters, so that
whatever is written by whatever statement is found at once; the pinyin is added here, in the same transaction where a
person acts and by a job for the rest. The database finds candidates by trigrams; here they are ranked and explained.
"""
