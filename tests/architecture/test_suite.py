"""The suite keeps its own promises."""

import socket

import pytest
import pytest_socket


def test_a_test_may_not_open_a_socket():
    with (
        pytest.warns(UserWarning, match="tried to use socket"),
        pytest.raises(pytest_socket.SocketBlockedError),
    ):
        socket.create_connection(("127.0.0.1", 9))


@pytest.mark.service
def test_a_test_of_a_real_server_may_reach_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())

        assert client.getpeername() == server.getsockname()
        client.close()


@pytest.mark.service
def test_a_test_of_a_real_server_may_not_reach_another_machine():
    with (
        pytest.warns(UserWarning, match="tried to use socket"),
        pytest.raises(pytest_socket.SocketConnectBlockedError),
    ):
        socket.create_connection(("192.0.2.1", 9))


def test_a_fresh_backend_answers(backend):
    assert backend.con.sql("select 1").fetchall() == [(1,)]
