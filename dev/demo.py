"""`make demo`: the whole product on this machine, until Ctrl-C."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from dev import stack
from dev.attention import Asked, Attention
from dev.local import DEMO_PEOPLE, LOCK, demo_logins, held, own_folder, own_secrets, private
from dev.ports import chosen
from dev.processes import Failure, Supervisor
from dev.servers import start_servers
from dev.stack import Addresses

Demo = Callable[[Supervisor, Path], None]


def main() -> int:
    """Run the demo; return 0 when it was up and somebody stopped it."""
    return alone(run)


def alone(demo: Demo) -> int:
    """Run something as the only one in our folder, stop what it started, return the exit code."""
    attention = Attention()
    try:
        folder = own_folder()
        with held(folder / LOCK) as ours:
            _insist_on_being_alone(ours=ours)
            supervised(demo, Supervisor(private(folder / "logs"), attention.pause), folder)
    except Asked:
        return 130
    except (Failure, OSError, subprocess.SubprocessError) as error:
        return _fail(error)
    say("Tudo parado. Os dados ficam guardados para a próxima vez.")
    return 0


def supervised(demo: Demo, supervisor: Supervisor, folder: Path) -> None:
    """Run something and stop, whatever happens, all that it started."""
    try:
        demo(supervisor, folder)
    finally:
        supervisor.stop()


def run(supervisor: Supervisor, folder: Path) -> None:
    """Bring everything up, tell how to use it, and watch until asked to stop."""
    began = time.monotonic()
    addresses = _addresses()
    _start(supervisor, folder, addresses)
    _welcome(addresses, demo_logins(folder), time.monotonic() - began)
    with suppress(Asked):
        supervisor.watch()
    say("\nParando…")


def say(text: str, *, to: TextIO = sys.stdout) -> None:
    """Print; a terminal that is gone must not keep us from stopping what we started."""
    with suppress(OSError):
        print(text, file=to, flush=True)


def _insist_on_being_alone(*, ours: bool) -> None:
    if not ours:
        raise Failure(
            "A demonstração já está rodando nesta pasta: pare-a com Ctrl-C no terminal dela."
        )


def _addresses() -> Addresses:
    port = chosen("EVENDAS_PORT", os.environ.get("EVENDAS_PORT", "8000"))
    simulator = chosen("EVENDAS_SIMULATOR_PORT", os.environ.get("EVENDAS_SIMULATOR_PORT", "8001"))
    if port == simulator:
        raise Failure("EVENDAS_PORT e EVENDAS_SIMULATOR_PORT precisam ser portas diferentes.")
    return Addresses(port, simulator)


def _start(supervisor: Supervisor, folder: Path, addresses: Addresses) -> None:
    say("Preparando PostgreSQL e Valkey…")
    urls = start_servers(supervisor, folder)
    demo_logins(folder)
    env = stack.environment(folder, addresses, own_secrets(folder), urls)
    say("Preparando o banco e o simulador do WhatsApp…")
    phones = supervisor.begin(stack.simulator(env, addresses))
    supervisor.finish(*stack.preparation(env))
    say("Ligando o site e os trabalhadores…")
    site = supervisor.begin(*stack.site(env, addresses))
    supervisor.await_ready(*phones)
    supervisor.finish(stack.seed(env))
    supervisor.await_ready(*site)


def _welcome(addresses: Addresses, logins: Mapping[str, str], seconds: float) -> None:
    say(f"\nE-Vendas SAC no ar em {seconds:.0f} s:  {addresses.web}\n")
    for email, role in DEMO_PEOPLE.items():
        say(f"  {email:<18} {logins[email]}   ({role})")
    say(
        "\nPara começar:\n"
        f"  1. Entre como ana@aurora.demo e abra Sac > Atendimento.\n"
        f"  2. Em outra janela, abra {addresses.simulator} e escreva como um cliente.\n"
        "  3. A mensagem aparece no Atendimento: clique em Assumir e responda.\n"
        f"  4. Em {addresses.simulator}loja/, faça, pague e envie pedidos dos clientes.\n"
        "\nCtrl-C para parar."
    )


def _fail(error: Exception) -> int:
    text = error.told() if isinstance(error, Failure) else str(error)
    say(f"\n{text}", to=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
