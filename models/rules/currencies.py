"""The currencies of ISO 4217 for payments, with the decimals of each.

Locale data has the usual decimals, which for some currencies are fewer than are charged.
"""

from decimal import Decimal

# The precision of amounts in `packages`, `purchases` and `payments`.
STORED_DECIMALS = 2

_BY_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP"
    " CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR"
    " JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN"
    " NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP"
    " SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
_DECIMALS = {code: decimals for decimals, codes in _BY_DECIMALS.items() for code in codes.split()}


def currency_problem(currency: str) -> str | None:
    """The reason why a currency is not supported; None where it is."""
    if currency not in _DECIMALS:
        return f"{currency} is no currency of ISO 4217 that people pay in"
    if _DECIMALS[currency] > STORED_DECIMALS:
        return f"{currency} has {_DECIMALS[currency]} decimals, and amounts are kept with {STORED_DECIMALS}"
    return None


def decimals_of(currency: str, amount: Decimal) -> int:
    """The decimals to write an amount with: the currency's own, or as many as it takes to write it exactly."""
    exponent = amount.normalize().as_tuple().exponent
    return max(_DECIMALS.get(currency, STORED_DECIMALS), -exponent if isinstance(exponent, int) else 0)


def has_too_many_decimals(currency: str, amount: Decimal) -> bool:
    """Whether an amount has decimals that the currency does not have."""
    return decimals_of(currency, amount) > _DECIMALS.get(currency, STORED_DECIMALS)
