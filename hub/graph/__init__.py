"""The graph: a copy of what the ledger says, in Neo4j. The only package that imports neo4j."""
