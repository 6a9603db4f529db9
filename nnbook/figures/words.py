"""Numbers in the words of figures, written as the prose writes them."""

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def percent(share):
    """A share of one as 66 %."""
    return f"{100 * share:.0f} %"


def power_of_ten(power):
    """10³³, 10⁻⁸."""
    return f"10{f'{power:.0f}'.translate(SUPERSCRIPT)}"


def rounded(number, digits):
    """A number to some digits: 0.034; 5.6 · 10⁻⁵ for what a program writes 5.6e-05."""
    factor, far, power = f"{number:.{digits}g}".partition("e")
    if not far:
        return factor
    return ("" if factor == "1" else f"{factor} · ") + power_of_ten(int(power))
