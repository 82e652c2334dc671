"""Addresses for people."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from dashboard.views import (
    accounts,
    audit,
    callback_health,
    callbacks,
    content,
    deliveries,
    erasure,
    error_reports,
    exclusions,
    inbound,
    logs,
    message,
    raw_callback,
    replays,
    session,
    summary,
    tracking,
    users,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="deliveries"), name="home"),
    path("login/", session.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", session.PasswordChange.as_view(), name="password_change"),
    path("language/", set_language, name="set_language"),
    path("theme/", session.theme, name="theme"),
    path("deliveries/", deliveries.listed, name="deliveries"),
    path("deliveries/live/", deliveries.live, name="deliveries_live"),
    path("deliveries/new/", deliveries.new, name="delivery_new"),
    path("deliveries/<int:delivery_id>/", summary.shown, name="delivery"),
    path("deliveries/<int:delivery_id>/chart/", summary.chart, name="delivery_chart"),
    path("deliveries/<int:delivery_id>/reports/", error_reports.delivery, name="delivery_reports"),
    path("deliveries/<int:delivery_id>/sms/", content.shown, name="delivery_sms"),
    path("sms/preview/", content.preview, name="sms_preview"),
    path("deliveries/<int:delivery_id>/logs/", logs.rows, name="delivery_logs"),
    path(
        "deliveries/<int:delivery_id>/exclusions/",
        exclusions.exclusions,
        name="delivery_exclusions",
    ),
    path("deliveries/<int:delivery_id>/tracking/", tracking.clicks, name="delivery_tracking"),
    path(
        "deliveries/<int:delivery_id>/tracking/urls/", tracking.urls, name="delivery_tracking_urls"
    ),
    path("deliveries/<int:delivery_id>/audit/", audit.log, name="delivery_audit"),
    path("deliveries/<int:delivery_id>/audit/causes/", audit.causes, name="delivery_audit_causes"),
    path("deliveries/<int:delivery_id>/audit/proofs/", audit.proofs, name="delivery_audit_proofs"),
    path("messages/<int:message_id>/", message.message, name="message"),
    path("messages/<int:message_id>/history/", message.history, name="message_history"),
    path("errors/", error_reports.across, name="errors"),
    path("callbacks/", callbacks.piles, name="callbacks"),
    path("callbacks/health/", callback_health.health, name="callback_health"),
    path(
        "callbacks/health/<int:account_id>/",
        callback_health.account,
        name="callback_health_account",
    ),
    path("callbacks/held/retry/", callbacks.retry, name="callbacks_retry"),
    path("callbacks/held/discard/", callbacks.discard, name="callbacks_discard"),
    path("callbacks/held/replay/", replays.replays, name="callback_replay"),
    path("callbacks/raw/<int:entry_id>/", raw_callback.shown, name="callback_raw"),
    path("inbound/", inbound.inbound, name="inbound"),
    path("accounts/", accounts.listed, name="accounts"),
    path("accounts/new/", accounts.new, name="account_new"),
    path("accounts/<int:account_id>/", accounts.account, name="account"),
    path("users/", users.listed, name="users"),
    path("users/new/", users.new, name="user_new"),
    path("users/<int:user_id>/", users.user, name="user"),
    path("users/<int:user_id>/password/", users.reset_password, name="user_password"),
    path("users/<int:user_id>/token/", users.new_token, name="user_token"),
    path("users/<int:user_id>/token/revoke/", users.revoke_token, name="user_token_revoke"),
    path("audit/", audit.system, name="audit"),
    path("addresses/forget/", erasure.forget, name="forget"),
]
