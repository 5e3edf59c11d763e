"""The cloud for tests: moto's classes, and what they lack for Hubward's two programs.

One module per AWS service extends moto's own backend and response classes; `front` decides
what happens to a call, `server` speaks HTTP, `control` is the harness's side door.
It is not AWS: nothing evaluates IAM policies, and rates are unlimited unless a fault says so.
"""
