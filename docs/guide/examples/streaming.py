import asyncio

from runwire import Runwire


async def main() -> None:
    async with Runwire() as rw:
        model = {'model': 'test', 'test': {'outputText': 'Once upon a time there was a daemon.'}}

        # region text
        run = await rw.start('Tell me a story.', model=model)
        async for text in run.stream_text(delta=True):
            print(text, end='', flush=True)
        print()
        await run.output()  # raises when the run failed
        # endregion text


asyncio.run(main())
