"""FHIR R4: Bundle to case, assessment to Bundle; pure, data in and data out."""
