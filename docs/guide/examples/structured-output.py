import asyncio
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from runwire import ModelRetry, Runwire, ToolOutput


# region model
class Invoice(BaseModel):
    """What an invoice says."""

    number: Annotated[str, Field(description='As printed on the invoice.')]
    total: Annotated[float, Field(ge=0)]
    currency: Literal['EUR', 'NOK', 'USD'] = 'EUR'


class NotAnInvoice(BaseModel):
    """The document is something else."""

    what: str


# endregion model


# region validator
def known(invoice: Invoice) -> Invoice:
    if invoice.number == '':
        raise ModelRetry('There is no such invoice. Read the number again.')
    return invoice


# endregion validator


async def main() -> None:
    async with Runwire() as rw:
        # region run
        invoice = await rw.run('Read this invoice: …', model='test', output_type=Invoice)
        print(invoice.number, invoice.total, invoice.currency)
        # endregion run

        # region union
        either: Invoice | NotAnInvoice = await rw.run(
            'Read this document: …', model='test', output_type=[Invoice, NotAnInvoice]
        )
        print(type(either).__name__)
        # endregion union

        # region mode
        saved = await rw.run('Read this: …', model='test', output_type=ToolOutput(Invoice, name='save_invoice'))
        # endregion mode
        print(saved.total)

        # region checked
        print(await rw.run('Read this: …', model='test', output_type=Invoice, output_validators=[known]))
        # endregion checked


asyncio.run(main())
