"""Lambda functions behind the custom resources: the standard library and boto3 (in the runtime), nothing else.

One asset holds both functions, under the same package names as here (`airflow_platform.handlers.manifest.index`,
`airflow_platform.handlers.addon_version.index`), so that it is the same code in the function and in the tests. Nothing
in it may import from the rest of airflow_platform, which is not there.
"""
