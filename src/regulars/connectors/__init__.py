"""Sources of rows: files and databases, one folder each, behind `protocol.Source`."""
