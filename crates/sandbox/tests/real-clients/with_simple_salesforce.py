"""Usage: python with_simple_salesforce.py LOGIN-JSON. Prints what it found as one JSON line; the test compares it with the truth."""

import json
import sys

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, SalesforceMalformedRequest

login = json.loads(sys.argv[1])


class PlainHttp(HTTPAdapter):
    """The client always says https; the stand-in speaks plain HTTP on loopback."""

    def send(self, request, **kwargs):
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, **kwargs)


session = requests.Session()
session.mount(login["url"].replace("http://", "https://", 1), PlainHttp())
granted = session.post(
    login["url"] + "/services/oauth2/token",
    data={
        "grant_type": "client_credentials",
        "client_id": login["clientId"],
        "client_secret": login["clientSecret"],
    },
).json()
sf = Salesforce(
    instance_url=granted["instance_url"], session_id=granted["access_token"], session=session, version="60.0"
)

found = {}
page = sf.query("SELECT Id, Subject, Who.Name FROM Task")
found["totalSize"] = page["totalSize"]
ids = {r["Id"] for r in page["records"]}
found["pages"] = 1
while not page["done"]:
    page = sf.query_more(page["nextRecordsUrl"], identifier_is_url=True)
    ids.update(r["Id"] for r in page["records"])
    found["pages"] += 1
found["tasks"] = len(ids)
found["contactsWithDeleted"] = sum(1 for _ in sf.query_all_iter("SELECT Id FROM Contact", include_deleted=True))
found["customFields"] = sorted(f["name"] for f in sf.Account.describe()["fields"] if f["custom"])
found["objects"] = [s["name"] for s in sf.describe()["sobjects"]]
deals = sf.query_all("SELECT Id, (SELECT Id FROM OpportunityContactRoles) FROM Opportunity")["records"]
found["roles"] = sum(len(d["OpportunityContactRoles"]["records"]) for d in deals if d["OpportunityContactRoles"])
account = sf.query("SELECT Id FROM Account LIMIT 1")["records"][0]["Id"]
found["retrieved"] = isinstance(sf.Account.get(account)["Name"], str)
found["limits"] = sf.limits()["DailyApiRequests"]["Max"] > 0
try:
    sf.query("SELECT Nope FROM Account")
except SalesforceMalformedRequest as e:
    found["errorCode"] = e.content[0]["errorCode"]
print(json.dumps(found))
