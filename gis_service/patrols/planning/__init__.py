"""计划与任务: how often land is walked by its risk, extra rounds, the tasks this makes, in which order a round is walked."""
