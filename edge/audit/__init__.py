"""The car's side of the audit chain: links put on records, records known to be stored, headquarters' head compared with ours."""
