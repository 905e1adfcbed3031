"""生态环境损害赔偿: the government's claim for harm to the environment, from the lead to the restored land.

The claimant (赔偿权利人) is the government of the province or of the prefecture-level city, never the district; the department that leads
is named by the city. The district gives leads, evidence and access to the site. Amounts are kept by the heads of 民法典 art. 1235, each as
estimated, claimed, agreed (or ordered by a court) and paid. A claim comes from a dumping case where there is one (`parent_id`).
"""
