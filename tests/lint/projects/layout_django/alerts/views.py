from django.http import HttpResponse

from .telegram import client


async def send(request):
    await client.connect()
    await client.send_message("me", request.POST["text"])
    client.disconnect()  # expect: TGS202
    return HttpResponse("sent")
