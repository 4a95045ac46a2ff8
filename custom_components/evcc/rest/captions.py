"""How a table of sessions is written in a language: captions, separator, decimal mark, and what a language is.

The captions are part of a file format, so they are kept here and not with the texts that people see in
Home Assistant.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import re
from typing import Final

COLUMNS: Final = (
    "created", "finished", "loadpoint", "identifier", "vehicle", "odometer", "meter_start", "meter_stop",
    "charged_energy", "charge_duration", "soc_start", "soc_end", "added_range", "solar_percentage", "price",
    "price_per_kwh", "co2_per_kwh", "reference_price_per_kwh", "reference_co2_per_kwh",
)  # fmt: skip
"""Fields of a session record in the order of the newer file. The captions below have the same order."""

_NEWER: Final = frozenset(
    {"soc_start", "soc_end", "added_range", "reference_price_per_kwh", "reference_co2_per_kwh"}
)
OLDER_COLUMNS: Final = tuple(column for column in COLUMNS if column not in _NEWER)

COST: Final = "cost"
"""Caption of the price in the newer file; the older one says "price"."""

# One language a line. The last word is the newer caption of the price.
_TEXTS: Final[Mapping[str, str]] = {
    "en": "Created|Finished|Charging point|Identifier|Vehicle|Mileage (km)|Meter start (kWh)|Meter stop (kWh)|Energy (kWh)|Duration|SoC start (%)|SoC end (%)|Added range (km)|Solar (%)|Price|Price/kWh|CO₂/kWh|Reference price/kWh|Reference CO₂/kWh|Cost",
    "de": "Startzeit|Endzeit|Ladepunkt|Kennung|Fahrzeug|Kilometerstand (km)|Anfangszählerstand (kWh)|Endzählerstand (kWh)|Energie (kWh)|Ladedauer|Ladestand Start (%)|Ladestand Ende (%)|Geladene Reichweite (km)|Sonne (%)|Preis|Preis/kWh|CO₂/kWh|Referenzpreis/kWh|Referenz-CO₂/kWh|Kosten",
    "fr": "Début|Fin|Point de charge|Identifiant|Véhicule|Kilométrage (km)|Compteur début (kWh)|Compteur fin (kWh)|Énergie (kWh)|Durée|Charge début (%)|Charge fin (%)|Autonomie ajoutée (km)|Solaire (%)|Prix|Prix/kWh|CO₂/kWh|Prix de référence/kWh|CO₂ de référence/kWh|Coût",
    "nl": "Begintijd|Eindtijd|Laadpunt|Kenmerk|Voertuig|Kilometerstand (km)|Beginstand meter (kWh)|Eindstand meter (kWh)|Energie (kWh)|Laadduur|Laadniveau begin (%)|Laadniveau einde (%)|Toegevoegd bereik (km)|Zon (%)|Prijs|Prijs/kWh|CO₂/kWh|Referentieprijs/kWh|Referentie-CO₂/kWh|Kosten",
    "es": "Inicio|Fin|Punto de carga|Identificador|Vehículo|Kilometraje (km)|Contador inicial (kWh)|Contador final (kWh)|Energía (kWh)|Duración|Carga inicial (%)|Carga final (%)|Autonomía añadida (km)|Solar (%)|Precio|Precio/kWh|CO₂/kWh|Precio de referencia/kWh|CO₂ de referencia/kWh|Coste",
    "it": "Inizio|Fine|Punto di ricarica|Identificativo|Veicolo|Chilometraggio (km)|Contatore iniziale (kWh)|Contatore finale (kWh)|Energia (kWh)|Durata|Carica iniziale (%)|Carica finale (%)|Autonomia aggiunta (km)|Solare (%)|Prezzo|Prezzo/kWh|CO₂/kWh|Prezzo di riferimento/kWh|CO₂ di riferimento/kWh|Costo",
    "da": "Starttid|Sluttid|Ladepunkt|Identifikation|Køretøj|Kilometerstand (km)|Målerstand start (kWh)|Målerstand slut (kWh)|Energi (kWh)|Varighed|Ladeniveau start (%)|Ladeniveau slut (%)|Tilføjet rækkevidde (km)|Sol (%)|Pris|Pris/kWh|CO₂/kWh|Referencepris/kWh|Reference-CO₂/kWh|Omkostning",
    "sv": "Starttid|Sluttid|Laddpunkt|Identifierare|Fordon|Mätarställning (km)|Elmätare start (kWh)|Elmätare slut (kWh)|Energi (kWh)|Varaktighet|Laddnivå start (%)|Laddnivå slut (%)|Tillagd räckvidd (km)|Sol (%)|Pris|Pris/kWh|CO₂/kWh|Referenspris/kWh|Referens-CO₂/kWh|Kostnad",
    "nb": "Starttid|Sluttid|Ladepunkt|Identifikator|Kjøretøy|Kilometerstand (km)|Målerstand start (kWh)|Målerstand slutt (kWh)|Energi (kWh)|Varighet|Ladenivå start (%)|Ladenivå slutt (%)|Tilført rekkevidde (km)|Sol (%)|Pris|Pris/kWh|CO₂/kWh|Referansepris/kWh|Referanse-CO₂/kWh|Kostnad",
    "pl": "Początek|Koniec|Punkt ładowania|Identyfikator|Pojazd|Przebieg (km)|Licznik początek (kWh)|Licznik koniec (kWh)|Energia (kWh)|Czas trwania|Poziom naładowania początek (%)|Poziom naładowania koniec (%)|Dodany zasięg (km)|Słońce (%)|Cena|Cena/kWh|CO₂/kWh|Cena referencyjna/kWh|CO₂ referencyjne/kWh|Koszt",
    "cs": "Začátek|Konec|Nabíjecí bod|Identifikátor|Vozidlo|Stav tachometru (km)|Elektroměr začátek (kWh)|Elektroměr konec (kWh)|Energie (kWh)|Doba trvání|Stav nabití začátek (%)|Stav nabití konec (%)|Přidaný dojezd (km)|Slunce (%)|Cena|Cena/kWh|CO₂/kWh|Referenční cena/kWh|Referenční CO₂/kWh|Náklady",
}
CAPTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    language: dict(zip((*COLUMNS, COST), texts.split("|"), strict=True)) for language, texts in _TEXTS.items()
}
_SAME: Final = {"no": "nb", "nn": "nb"}
_FALLBACK: Final = "en"

# Two-letter codes of ISO 639-1. Codes of three letters are believed: there are thousands.
_LANGUAGES_TEXT: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz"
    " ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik"
    " io is it iu iw ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk"
    " ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc"
    " sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz"
    " ve vi vo wa wo xh yi yo za zh zu"
)
_LANGUAGES: Final = frozenset(_LANGUAGES_TEXT.split())
# Where numbers have a comma (Unicode CLDR), by language, and the regions where they do not.
_COMMA_TEXT: Final = (
    "af az be bg br bs ca cs da de el es et eu fi fo fr fy gl hr hu hy id is it ka kk kl ky lb lt lv mk nb nl nn"
    " no pl pt ro ru rw se sk sl sq sr sv tk tr uk uz vi"
)
_POINT_TEXT: Final = "de-CH de-LI it-CH es-419 es-MX es-US es-PR es-DO es-GT es-HN es-NI es-PA es-PE es-SV"
_COMMA: Final = frozenset(_COMMA_TEXT.split())
_POINT: Final = frozenset(_POINT_TEXT.split())

_TAG: Final = re.compile(
    r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?((?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
)


@dataclass(frozen=True, slots=True)
class Language:
    """A language tag, taken apart. `base` is the language, `region` a country or an area, "" if not said."""

    base: str
    region: str = ""

    @property
    def separator(self) -> str:
        """Return what stands between two fields."""
        return ";" if self.base == "de" else ","

    @property
    def decimal(self) -> str:
        """Return the decimal mark."""
        return "," if self.base in _COMMA and f"{self.base}-{self.region}" not in _POINT else "."


def parse(tag: str) -> Language | None:
    """Return the language that a tag of BCP 47 names, None if it names none."""
    found = _TAG.fullmatch(tag.strip().replace("_", "-").lower()) if len(tag) < 64 else None
    if found is None or (len(found[1]) == 2 and found[1] not in _LANGUAGES):
        return None
    return Language(found[1], (found[3] or "").upper())


def first_accepted(header: str) -> str:
    """Return the first tag of an Accept-Language header, "" if it asks for none."""
    tag = header.partition(",")[0].partition(";")[0].strip()
    return "" if tag == "*" else tag


def captions(languages: Iterable[Language | None]) -> Mapping[str, str]:
    """Return the captions in the first of these languages that has some, else in English."""
    for language in languages:
        if language is not None:
            base = _SAME.get(language.base, language.base)
            if base in CAPTIONS:
                return CAPTIONS[base]
    return CAPTIONS[_FALLBACK]
