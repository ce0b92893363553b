import asyncio

from runwire import DaemonGone, RequestFailed, RunFailed, Runwire


async def main() -> None:
    async with Runwire() as rw:
        # region catch
        try:
            await rw.run('Hello.', model='test', usage_limits={'request_limit': 0})
        except RunFailed as failed:  # the run ended without an output
            print(failed.kind, '-', failed)
            print('spent so far:', failed.result.usage.requests, 'requests')
        except RequestFailed as refused:  # the run was refused before it began
            print(refused.kind, '-', refused)
        except DaemonGone as gone:
            print('start another one:', gone.stderr)
        # endregion catch


asyncio.run(main())
