"""第二因素: a code from a phone's authenticator (TOTP, RFC 6238) beside the password, and codes on paper for the day it is lost.

    rules       which time step a code belongs to; what recovery codes look like (pure)
    models      the sealed secret, the last step taken, the recovery codes as hashes
    operations  enrol, confirm, check a code, new recovery codes, remove, reset
    routes      the own account page and the security administrator's reset

Wrong codes count with wrong passwords (`operations.count_failure`), so that neither can be tried without end.
"""
