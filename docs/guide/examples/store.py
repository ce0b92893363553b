import asyncio
from tempfile import TemporaryDirectory

from runwire import Runwire, tool


@tool(effect='read')
def forecast(city: str) -> str:
    """The weather of the next days."""
    return f'showers in {city}'


async def main(folder: str) -> None:
    # region conversation
    async with Runwire(store=folder) as rw:
        trip = rw.conversation('trip to Oslo', model='test')
        await trip.run('I leave on Monday.')
    # endregion conversation

    # region resume
    async with Runwire(store=folder) as rw:
        listed = await rw.request('run/list', {'state': 'interrupted'})
        for interrupted in listed['runs']:
            run = await rw.resume(interrupted['runId'], model='test', tools=[forecast])
            print(run.run_id, 'goes on:', await run.output())
        # endregion resume

        # region read
        kept = rw.conversation('trip to Oslo', model='test')
        await kept.run('When did I say I leave?')
        print(len(await kept.all_messages()), 'messages')
        # endregion read


with TemporaryDirectory() as folder:
    asyncio.run(main(f'{folder}/conversations'))
