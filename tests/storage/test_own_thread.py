"""One thread per process, whoever asks for it first."""

import threading

from storage.own_thread import OwnThread


def test_it_starts_when_it_is_first_needed_and_only_once():
    started = threading.Semaphore(0)
    own = OwnThread(started.release, name="once")
    assert own.thread is None

    own.ensure()
    first = own.thread
    own.ensure()

    first.join()
    assert own.thread is first
    assert started.acquire(blocking=False)
    assert not started.acquire(blocking=False)


def test_whoever_comes_second_waits_and_finds_it_started():
    own = OwnThread(lambda: None, name="second")
    with own.starting:
        second = threading.Thread(target=own.ensure)
        second.start()
        own.thread = first = threading.current_thread()

    second.join()
    assert own.thread is first


def test_a_forked_process_starts_one_of_its_own():
    own = OwnThread(lambda: None, name="forked")
    own.ensure()
    inherited = own.thread

    own.forget()
    own.ensure()

    assert own.thread is not inherited
