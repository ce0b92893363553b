import asyncio

from runwire import Runwire, tool


@tool
def weather(city: str) -> str:
    """The weather in a city today."""
    return f'{city}: 7 °C, rain'


async def main() -> None:
    async with Runwire() as rw:
        print(await rw.run('Do I need an umbrella in Oslo?', model='test', tools=[weather]))


asyncio.run(main())
