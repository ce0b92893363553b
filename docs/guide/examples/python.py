import asyncio

from runwire import ModelResponseEvent, RunStartedEvent, Runwire


async def main() -> None:
    # region start
    async with Runwire(on_log=lambda line: print('daemon:', line)) as rw:
        print(await rw.run('Hello.', model='test'))
        # endregion start

        # region start-run
        run = await rw.start('Hello.', model='test')
        async for event in run.events():
            match event:
                case RunStartedEvent():
                    print('started with', event.model)
                case ModelResponseEvent():
                    print('answered with', event.usage.output_tokens, 'tokens')
                case _:
                    pass  # more kinds of events may come with any version
        print(await run.output())
        # endregion start-run

        # region timeout
        async def patient() -> str:
            return await asyncio.wait_for(rw.run('Hello.', model='test'), 30)

        # endregion timeout
        await patient()

        # region request
        listed = await rw.request('models/list', {'provider': 'anthropic'})
        print(len(listed['models']) > 0)
        # endregion request


asyncio.run(main())
