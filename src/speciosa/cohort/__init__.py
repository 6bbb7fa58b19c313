"""A health system's records screened for kratom and generalized anxiety: bulk FHIR R4 in, rows out.

``export`` finds and reads the files, ``look`` finds who is named with kratom, ``gather`` brings
their records together, ``people`` assesses them, ``summary`` counts without showing anybody.
"""
