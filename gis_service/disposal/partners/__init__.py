"""Who carries and who receives: carriers with their permits and trucks, disposal sites with their licences, consents to a project."""
