import asyncio

from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessagesTypeAdapter
from pydantic_ai.models.test import TestModel
from runwire import Runwire


async def main() -> None:
    async with Runwire() as rw:
        # region there
        agent = Agent(TestModel(custom_output_text='Nice to meet you, Ada.'))
        result = await agent.run('My name is Ada.')

        chat = rw.conversation(model='test', message_history=result.all_messages())
        print(await chat.run('What is my name?'))
        # endregion there

        # region back
        history = ModelMessagesTypeAdapter.validate_python(await chat.all_messages())
        again = await agent.run('And in Norwegian?', message_history=history)
        print(len(again.all_messages()), 'messages')
        # endregion back


asyncio.run(main())
