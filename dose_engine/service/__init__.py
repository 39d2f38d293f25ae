"""The advisory service: the engine over HTTP, CDS Hooks and FHIR, for clinic and EHR software. Extra `service`; `fhir` needs none."""
