import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from runwire import Runwire


async def main(file: Path) -> None:
    async with Runwire() as rw:
        # region turns
        chat = rw.conversation(model='test', instructions='Answer in one sentence.')
        print(await chat.run('My name is Ada.'))
        print(await chat.run('What is my name?'))
        # endregion turns

        # region keep
        file.write_text(json.dumps(await chat.all_messages()))
        # endregion keep

        # region resume
        resumed = rw.conversation(model='test', message_history=json.loads(file.read_text()))
        await resumed.run('And what did I say first?')
        print(len(await resumed.all_messages()), 'messages')
        # endregion resume


with TemporaryDirectory() as folder:
    asyncio.run(main(Path(folder) / 'chat.json'))
