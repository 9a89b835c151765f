"""The guard that forbids sockets to the whole suite does forbid them, here and in what a test starts."""

import os
import socket
import subprocess
import sys

import pytest

TRY = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"


def test_this_process_cannot_open_a_socket() -> None:
    with pytest.raises(AssertionError, match="the network was used"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with socket.socket() as listener, pytest.raises(AssertionError, match="the network was used"):
        listener.bind(("127.0.0.1", 0))


def test_a_program_that_a_test_starts_cannot_either() -> None:
    result = subprocess.run([sys.executable, "-c", TRY], capture_output=True, text=True, check=False)
    assert result.returncode != 0 and "the network was used" in result.stderr


@pytest.mark.cluster
def test_tests_of_clusters_stay_on_this_computer() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
    with socket.socket() as listener, pytest.raises(AssertionError, match="the network was used"):
        listener.bind(("0.0.0.0", 0))
    result = subprocess.run([sys.executable, "-c", TRY], capture_output=True, text=True, check=False)
    assert result.returncode != 0 and "the network was used" in result.stderr


def test_processes_of_one_machine_may_talk() -> None:
    if not hasattr(socket, "AF_UNIX"):
        pytest.skip("no such sockets here")
    one, other = socket.socketpair()
    one.sendall(b"x")
    assert other.recv(1) == b"x"
    one.close()
    other.close()
    assert os.environ["FLARE_GUI_NETWORK"] == "forbidden"
