"""分析人员直连数据库: somebody with QGIS, psql or pandas connects to PostgreSQL under a login of their own.

They see the views of the schema `analyst`: the rows and columns that the same person sees at `/ogc/`. Which rows is bound to the
login (`session_user`, migrations/objects/030 and 890) and read from the person's grants at each statement, so nothing that a client
can set widens it and a grant that is taken is taken there in the same moment.

    models      the account: person, role in the database, until when
    roles       the role itself: made, renewed, shut; what the database must have before anybody is let in
    operations  add, renew, end; what the security administrator does, and the audit
    keeping     each minute: whoever may no longer look is disconnected, and who works too long
"""
