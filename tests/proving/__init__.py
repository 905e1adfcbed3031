"""Proofs that the service holds: commands anyone can run, each ending in lines of figure and goal (`make evidence` runs them all)."""
