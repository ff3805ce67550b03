"""Login at an OpenID Connect provider, in the API server: whom Airflow lets in, with which roles, and the way out.

Airflow's own security manager knows some providers by name, each in its way; this one asks each of them the same.
"""

# mypy: disable-error-code="import-not-found,misc,no-untyped-call,no-untyped-def,untyped-decorator"
import json
import logging
from urllib.parse import urlencode

from airflow.api_fastapi.app import get_cookie_path
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager
from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride
from airflow.providers.fab.auth_manager.views.auth_oauth import CustomAuthOAuthView
from flask import abort, current_app, flash, g, redirect, session, url_for
from flask_appbuilder import expose
from flask_appbuilder.const import AUTH_OAUTH
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.forms import LoginForm_db
from flask_login import login_user, logout_user
from login_claims import RefusedError, identity, is_told, person

log = logging.getLogger(__name__)

PROVIDER_SECONDS = 15
"""How long the provider may take for an answer; a thread of the API server waits meanwhile."""


def flask_config(login, secret_file):
    """What Airflow's login is configured with. Raises OSError if the file of the client secret is not there."""
    issuer = login["issuer"].rstrip("/")
    roles = {*login["roles"].values(), *filter(None, [login["default_role"]])}
    return {
        "AUTH_TYPE": AUTH_OAUTH,
        "AUTH_ROLES_SYNC_AT_LOGIN": True,
        "AUTH_ROLES_MAPPING": {role: [role] for role in roles},
        "AUTH_USER_REGISTRATION": False,  # it would open pages to register at, and add a role of its own
        "SECURITY_MANAGER_CLASS": LoginSecurityManager,
        "OAUTH_PROVIDERS": [
            {
                "name": login["name"],
                "icon": "fa-sign-in",
                "token_key": "access_token",
                "remote_app": {
                    "client_id": login["client_id"],
                    "client_secret": client_secret(secret_file),
                    "server_metadata_url": f"{issuer}/.well-known/openid-configuration",
                    "client_kwargs": {
                        "scope": " ".join(login["scopes"]),
                        "code_challenge_method": "S256",
                        "default_timeout": PROVIDER_SECONDS,
                    },
                },
            }
        ],
        "PLATFORM_LOGIN": login,
    }


def client_secret(file):
    """The client secret: the file's content, or what it calls so if it is JSON, as Secrets Manager's console makes."""
    text = file.read_text().strip()
    try:
        return json.loads(text)["client_secret"]
    except (ValueError, TypeError, KeyError):
        return text


class LoginFabAuthManager(FabAuthManager):
    """Leads the sign-out through the page that ends the provider's session too."""

    def get_url_logout(self):
        return f"{super().get_url_logout()}/"


class LoginView(CustomAuthOAuthView):
    """The pages of the login."""

    @property
    def invalid_login_message(self):
        """Why somebody was not let in."""
        return getattr(g, "platform_refusal", "Invalid login. Please try again.")

    @expose("/login/administrator", methods=["GET", "POST"])
    @no_cache
    def administrator(self):
        """The generated administrator's own door, for the day on which the provider is away."""
        administrator = current_app.config["PLATFORM_LOGIN"]["administrator"]
        if administrator is None:
            abort(404)
        form = LoginForm_db()
        if form.validate_on_submit():
            named = form.username.data.casefold() == administrator.casefold()
            user = named and self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
            if not user:
                flash("Invalid login. Please try again.", "warning")
                return redirect(url_for(".administrator"))
            login_user(user, remember=False)
            return redirect(self.appbuilder.get_url_for_index)
        template = "appbuilder/general/security/login_db.html"
        return self.render_template(template, title=self.title, form=form, appbuilder=self.appbuilder)

    @expose("/logout/")
    def logout(self):
        """End the session here, and at the provider where it has a page for that."""
        leads_to = self._way_out() or self.appbuilder.get_url_for_login
        logout_user()
        session.clear()
        answer = redirect(leads_to)
        answer.delete_cookie(COOKIE_NAME_JWT_TOKEN, path=get_cookie_path())
        return answer

    def _way_out(self):
        """The provider's page ("OpenID Connect RP-Initiated Logout 1.0"), which leads back to our login."""
        remote = self.appbuilder.sm.oauth_remotes.get(session.get("oauth_provider"))
        if remote is None:
            return None  # the administrator
        login, back = current_app.config["PLATFORM_LOGIN"], url_for(".login", _external=True)
        try:
            page = remote.load_server_metadata().get("end_session_endpoint")
        except Exception as error:
            log.warning("The provider does not answer, so its session goes on: %s", error)
            return None
        if not page:
            return None
        asked = {"client_id": login["client_id"], "post_logout_redirect_uri": back}
        if "id_token" in session:
            asked["id_token_hint"] = session["id_token"]
        if "//cognito-idp." in login["issuer"]:  # "Logout endpoint", Amazon Cognito developer guide
            asked = {"client_id": login["client_id"], "logout_uri": back}
        return f"{page}{'&' if '?' in page else '?'}{urlencode(asked)}"


class LoginSecurityManager(FabAirflowSecurityManagerOverride):
    """Lets in who has a role, by what the provider says at each login; passwords are for few."""

    authoauthview = LoginView

    def set_oauth_session(self, provider, oauth_response):
        """Keep what the way out needs, and no access token."""
        session["oauth_provider"] = provider
        session["id_token"] = oauth_response.get("id_token", "")

    def get_oauth_user_info(self, provider, resp):
        """The user, from the ID token and, for what is not in it, the provider's userinfo."""
        login, remote = current_app.config["PLATFORM_LOGIN"], self.oauth_remotes[provider]
        claims = dict(resp.get("userinfo") or {})  # of the ID token, which is verified by now
        audience = claims.get("aud")
        if str(claims.get("iss", "")).rstrip("/") != login["issuer"].rstrip("/") or login["client_id"] not in (
            audience if isinstance(audience, list) else [audience]
        ):
            raise self._refused(f"not by {login['issuer']} for us: {claims.get('iss')}, {audience}", "")
        if not is_told(claims, login) and remote.load_server_metadata().get("userinfo_endpoint"):
            more = remote.userinfo(token=resp)
            if more.get("sub") == claims["sub"]:  # or it is of somebody else ("OpenID Connect Core 1.0", 5.3.2)
                claims = {**more, **claims}
        try:
            return person(claims, login)
        except RefusedError as refusal:
            self._take_roles_away(claims, login)
            raise self._refused(f"{claims['sub']}: {refusal}", str(refusal)) from refusal

    def auth_user_oauth(self, userinfo, rotate_session_id=True):
        """Let somebody in who has a role; whoever comes for the first time becomes a user."""
        if missing := [role for role in userinfo["role_keys"] if not self.find_role(role)]:
            self._refused(f"no role {missing}", "Your role does not exist in this Airflow. Tell whoever runs it.")
            return None
        if self.find_user(username=userinfo["username"]) is None:
            email = userinfo["email"] or f"{userinfo['username']}@email.notfound"
            names = (userinfo["username"], userinfo["first_name"], userinfo["last_name"], email)
            self.add_user(*names, role=[self.find_role(role) for role in userinfo["role_keys"]])
        user = super().auth_user_oauth(userinfo, rotate_session_id)
        if user is None:
            told = "Airflow does not take you: you are switched off, or another user has your e-mail address."
            self._refused(f"{userinfo['username']}: {told}", told)
        return user

    def auth_user_db(self, username, password, rotate_session_id=True):
        """A password counts for service users and, if it is to, the generated administrator."""
        login = current_app.config["PLATFORM_LOGIN"]
        known = {each.casefold() for each in (*login["service_users"], *filter(None, [login["administrator"]]))}
        if str(username).casefold() not in known:
            return None
        user = super().auth_user_db(username, password, rotate_session_id)
        # Airflow looks for e-mail addresses as well.
        return user if user is not None and user.username.casefold() in known else None

    def _take_roles_away(self, claims, login):
        """Who has lost the last role is refused, and what is still open elsewhere gets to do nothing."""
        try:
            user = self.find_user(username=identity(claims, login)["username"])
        except RefusedError:
            return
        if user is not None and user.roles:
            user.roles = []
            self.update_user(user)

    @staticmethod
    def _refused(logged, told):
        log.warning("Login refused: %s", logged)
        g.platform_refusal = told or "Your provider's answer is not for this Airflow."
        return PermissionError(logged)
