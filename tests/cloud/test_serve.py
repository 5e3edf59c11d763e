"""The process: its one line, how it ends, keep-alive, and the other services of moto."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import ADMINISTRATOR, SERVE, refused


def start(*options, **how):
    command = [sys.executable, str(SERVE), "--port", "0", *options]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how
    )
    line = process.stdout.readline().decode()
    assert line.startswith("listening on http://127.0.0.1:")
    return process, int(line.rsplit(":", 1)[1])


def health(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/_cloud/health")
    return connection.getresponse().status


def test_it_ends_with_its_stdin(cloud):
    process, port = start("--until-stdin-closes")
    assert health(port) == 200
    out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (0, b"", b"")


def test_it_outlives_its_stdin_unless_told_and_ends_on_sigterm(cloud):
    process, port = start()
    process.stdin.close()
    time.sleep(0.2)
    assert health(port) == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0


def test_it_ends_with_its_parent(cloud):
    script = (
        "import subprocess, sys; p = subprocess.Popen(sys.argv[1:] + [str(__import__('os')"
        ".getpid())], stdout=subprocess.PIPE); print(p.pid, p.stdout.readline().decode())"
    )
    command = [sys.executable, str(SERVE), "--port", "0", "--parent-pid"]
    printed = subprocess.run(
        [sys.executable, "-c", script, *command], stdout=subprocess.PIPE, check=True, timeout=20
    ).stdout
    pid = int(printed.split()[0])
    for _ in range(50):
        time.sleep(0.1)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        # Without a process that reaps orphans it stays behind as a zombie, which is gone enough.
        if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
            return
    pytest.fail("the server outlived its parent")


def test_only_the_loopback_address(cloud):
    port = int(cloud.url.rsplit(":", 1)[1])
    address = socket.gethostbyname(socket.gethostname())
    if address.startswith("127."):
        address = "127.0.0.2"
    with pytest.raises(OSError):
        socket.create_connection((address, port), timeout=1)


def test_connections_are_kept(cloud):
    connection = http.client.HTTPConnection(cloud.url.removeprefix("http://"))
    connection.connect()
    first = connection.sock.getsockname()
    for path in ("/_cloud/health", "/nothing", "/_cloud/health"):
        connection.request("GET", path)
        connection.getresponse().read()
        assert connection.sock.getsockname() == first


def test_a_chunked_request_body(cloud):
    connection = http.client.HTTPConnection(cloud.url.removeprefix("http://"))
    body = [b'{"latency', b'_ms": 1}']
    connection.request(
        "POST",
        "/_cloud/faults",
        body=iter(body),
        encode_chunked=True,
        headers={"transfer-encoding": "chunked"},
    )
    answer = connection.getresponse()
    assert answer.status == 200
    assert json.load(answer)["id"]


def test_queues_events_and_organizations_are_motos(cloud):
    sqs = cloud.client("sqs", ADMINISTRATOR)
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    policy = {"Policy": json.dumps({"Statement": [allow]})}
    url = sqs.create_queue(QueueName="alerts", Attributes=policy)["QueueUrl"]
    assert url.startswith(cloud.url)
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    assert arn == f"arn:aws:sqs:us-east-1:{ADMINISTRATOR}:alerts"
    events = cloud.client("events", ADMINISTRATOR)
    events.put_rule(Name="alerts", EventPattern='{"source": ["test"]}')
    events.put_targets(Rule="alerts", Targets=[{"Id": "1", "Arn": arn}])
    entry = {"Source": "test", "DetailType": "Test", "Detail": '{"a": 1}'}
    events.put_events(Entries=[entry])
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["detail"] == {"a": 1}
    organizations = cloud.client("organizations", ADMINISTRATOR)
    organizations.create_organization(FeatureSet="ALL")
    shown = organizations.describe_organization()["Organization"]
    assert shown["MasterAccountId"] == ADMINISTRATOR


def test_a_waiting_receive_blocks_nobody(cloud):
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="alerts")["QueueUrl"]
    with ThreadPoolExecutor() as pool:
        received = pool.submit(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=5)
        time.sleep(0.2)
        start = time.monotonic()
        cloud.client("guardduty").list_detectors()
        sqs.send_message(QueueUrl=url, MessageBody="here")
        assert time.monotonic() - start < 3
        assert received.result()["Messages"][0]["Body"] == "here"


def test_not_modified_has_no_body_and_the_connection_goes_on(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="some-bucket")
    etag = s3.put_object(Bucket="some-bucket", Key="k", Body=b"x")["ETag"]
    for _ in range(2):
        with refused("304", 304):
            s3.get_object(Bucket="some-bucket", Key="k", IfNoneMatch=etag)
    assert s3.get_object(Bucket="some-bucket", Key="k")["Body"].read() == b"x"


def test_every_answer_says_what_time_it_is(cloud):
    process, port = start("--until-stdin-closes")
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("HEAD", "/", headers={"host": "sts.ap-northeast-1.amazonaws.com"})
    assert connection.getresponse().getheader("date").endswith(" GMT")
    process.communicate(timeout=5)
