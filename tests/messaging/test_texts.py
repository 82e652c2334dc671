"""Texts as phones show them."""

from messaging import texts


def test_a_character_without_a_shape_is_told_by_its_name():
    preview = texts.preview(content="a\u00a0b\u0007", sender="")

    assert [(c.sign, c.code, c.name) for c in preview.culprits] == [
        ("", "U+00A0", "No-break space"),
        ("", "U+0007", ""),
    ]


def test_a_text_is_told_in_pieces_and_as_a_whole():
    preview = texts.preview(content="Save 5 € “now” 🎉", sender="SHOP")

    assert [piece.text for piece in preview.pieces if piece.costly] == ["“", "”", "🎉"]
    assert (preview.text, preview.limit) == ("Save 5 € “now” 🎉", 70)
