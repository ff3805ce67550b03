"""The file of `make local`, as the real kubectl applies it to the Kubernetes stand-in."""

from pathlib import Path

from k8s.__main__ import main
from standins.kubernetes_api import KubernetesApi
from standins.kubernetes_api.kubectl import Kubectl, unpack
from tests.deploy.rehearsal import TOOLS
from tests.support.environments import environment_file


def test_should_apply_without_a_warning_and_change_nothing_the_second_time(tmp_path: Path) -> None:
    main(str(environment_file("local")), tmp_path)
    with KubernetesApi(tmp_path / "kubernetes") as cluster:
        kubectl = Kubectl(unpack(TOOLS), cluster.kubeconfig)
        first, second = (kubectl.run("apply", "-f", str(tmp_path / "dist/airflow-local.k8s.yaml")) for _ in range(2))
    assert (first.returncode, first.stderr) == (0, "")
    assert (second.returncode, second.stderr) == (0, "")
    created, unchanged = first.stdout.splitlines(), second.stdout.splitlines()
    assert len(created) == len(unchanged) > 0
    assert [line for line in created if not line.endswith(" created")] == []
    # kubectl compares with what the API gives back: defaults, canonical quantities, no empty class.
    assert [line for line in unchanged if not line.endswith(" unchanged")] == []
