"""地块: the register of idle state-owned land (国有空闲地管理台账).

国有空闲地 is the district's working term, not 闲置土地 (a statutory term for granted land not started in time). A parcel is
any managed piece of land; it may be part of a 宗地 or span several. Six status axes are kept apart (supply, use, fence,
survey, disposal, handover), and three unit roles (right holder 权属, managing 管理, custodian 管护). A parcel is never
deleted: it is retired (出库), and every state it had stays in `parcel_version`.
"""
