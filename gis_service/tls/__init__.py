"""HTTPS on an intranet: a certificate authority of the deployment's own, its server certificate, and the page `/ca` that tells how to trust it.

Without a secure context a phone's browser gives neither position nor service worker, so nobody can patrol. Where a public name with a
public certificate is to be had, that is better and none of this is needed (docs/how-to/https-on-an-intranet.md).
"""
