"""`make deploy REPLACE_FILE_SYSTEM=1`: a new file system in the place of one whose content is in S3."""
