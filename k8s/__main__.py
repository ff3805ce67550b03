"""`python -m k8s [environment]`: write dist/airflow-<name>.k8s.yaml for `kubectl apply -f`."""

import sys
from pathlib import Path

import cdk8s

from k8s.airflow.release import release
from k8s.local import kept_secrets, local_bindings
from k8s.render import render
from settings import SettingsError, load_local_environment
from settings.images import airflow_as_pulled

ROOT = Path(__file__).resolve().parent.parent

NEXT = """\
{manifest} is written. Next:
  kubectl apply -f {manifest}
  kubectl --namespace airflow wait --for=condition=Available deployment --all --timeout=10m
  kubectl --namespace airflow port-forward service/webserver-svc 8080:8080
and open {url} as {user}; the password:
  kubectl --namespace airflow get secret airflow-admin-password -o jsonpath='{{.data.admin-password}}' | base64 -d
DAGs go into {dags} on the node."""


def main(name: str, folder: Path = ROOT) -> None:
    """Render the environment into `folder`/dist and say what to do with it; its secrets are kept in `folder`/.local."""
    try:
        settings = load_local_environment(name, ROOT)
        generated = kept_secrets(folder / ".local" / f"{settings.name}.secrets.json")
    except (SettingsError, ValueError) as error:
        sys.exit(str(error))
    steps = release(cdk8s.App(), airflow=airflow_as_pulled(settings), bindings=local_bindings(settings, generated))
    manifest = Path("dist") / f"airflow-{settings.name}.k8s.yaml"
    (folder / manifest).parent.mkdir(exist_ok=True)
    (folder / manifest).touch(mode=0o600)  # it holds the generated secrets
    (folder / manifest).write_text(render(steps))
    admin, dags = settings.airflow.admin.username, f"{settings.local.host_path}/dags"
    print(NEXT.format(manifest=manifest, url=settings.airflow.base_url, user=admin, dags=dags))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "local")
