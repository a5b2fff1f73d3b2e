"""A seed -> what a town's police would know: homes, persons, vehicles, incidents and how they hang together. All of it invented."""
