"""案件: illegal dumping of construction and domestic waste (建筑垃圾、生活垃圾非法倾倒), from a clue to the closed file.

A *clue* (线索) is a lead before any case; clues of the same place, time and kind are merged, and a case is opened from one. A *case*
is a proceeding (`gis_service/procedures`) whose table is `rules.DUMPING_CASE`. *Parties* (当事人), *vehicles*, *hauliers* (运输企业) and
*source sites* (源头工地) are linked to cases, so that the same truck in two cases is found. The *law* is dated data: which text
applies is asked of the day of the act (生态环境法典 in force 2026-08-15, which ends the law of 2020).

What the handbook of the field calls unconfirmed is kept, marked, and never offered for a paper.
"""
