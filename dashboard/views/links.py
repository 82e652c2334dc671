"""The links of a delivery's content: what is decided on each URL."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dashboard import access
from dashboard.link_form import Links
from deliveries.models import Delivery
from tracking import domains, terms, urls
from tracking.models import TrackedUrl

RIGHT = "deliveries.launch_delivery"


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def decided(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show the URLs of the content, and take decisions on all of them at once."""
    delivery = get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)
    form = Links(request.POST or None, delivery=delivery, urls=urls.of(delivery_id=delivery.pk))
    if form.is_valid():
        try:
            urls.settle(
                delivery_id=delivery.pk,
                decisions=form.decisions(),
                days=form.cleaned_data["days"],
                by=access.person(request),
                at=timezone.now(),
            )
        except urls.BadUrlSetting as error:
            for field, text in error.errors.items():
                form.add_error(field, text)
        except terms.BadTerms as error:
            form.add_error("days", str(error))
        except urls.NotChangeable as error:
            messages.error(request, str(error))
            return redirect("delivery_links", delivery.pk)
        except TrackedUrl.DoesNotExist:
            messages.error(request, _("The delivery has changed meanwhile: look again."))
            return redirect("delivery_links", delivery.pk)
        else:
            messages.success(request, _("The links have been saved."))
            return redirect("delivery_links", delivery.pk)
    context = {
        "delivery": delivery,
        "form": form,
        "prefix": domains.prefix(account_id=delivery.account_id),
    }
    return render(request, "dashboard/delivery/links.html", context)
