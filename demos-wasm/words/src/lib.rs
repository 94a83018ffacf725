//! [`format!`] for the page: as the standard library's, but it calls what writes the very types in its holes.
//!
//! `core::fmt` reaches every value through a pointer and a table of functions. That costs the page 10 bytes a hole and 4 KB at
//! its end; what comes out is the same.

use proc_macro::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};

/// A text with holes `{}` and `{name}`, filled by `crate::words::Words`. With anything else in a hole (`{:?}`, `{:>3}`, `{0}`)
/// it is `alloc::format!`.
#[proc_macro]
pub fn format(input: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = input.into_iter().collect();
    expand(&tokens).unwrap_or_else(|| {
        let arguments = Group::new(Delimiter::Parenthesis, tokens.into_iter().collect());
        let mut call: TokenStream = tokens_of("alloc::format!");
        call.extend([TokenTree::from(arguments)]);
        call
    })
}

/// None where it takes more than [`Words`] can do.
fn expand(tokens: &[TokenTree]) -> Option<TokenStream> {
    let TokenTree::Literal(template) = tokens.first()? else { return None };
    let (mut pieces, rest) = pieces(&template.to_string())?;
    let mut arguments = arguments(tokens.get(1..)?).into_iter();
    let mut calls = tokens_of("let mut __text = crate::words::Text::boxed();");
    for (piece, name) in &mut pieces {
        let value = match name {
            Some(name) => TokenStream::from(TokenTree::from(Ident::new(name, template.span()))),
            None => arguments.next()?,
        };
        let mut inner = tokens_of("&");
        inner.extend([TokenTree::from(Group::new(Delimiter::Parenthesis, value))]);
        inner.extend(tokens_of(&std::format!(", \"{piece}\", &mut __text")));
        calls.extend(tokens_of("crate::words::Words::add"));
        calls.extend([TokenTree::from(Group::new(Delimiter::Parenthesis, inner))]);
        calls.extend(tokens_of(";"));
    }
    if arguments.next().is_some() {
        return None;
    }
    if pieces.is_empty() {
        return Some(tokens_of(&std::format!("alloc::borrow::ToOwned::to_owned(\"{rest}\")")));
    }
    calls.extend(tokens_of(&std::format!("__text.end(\"{rest}\")")));
    Some(TokenTree::from(Group::new(Delimiter::Brace, calls)).into())
}

fn tokens_of(source: &str) -> TokenStream {
    // What isn't Rust is none of the author's, so the compiler may say so.
    source.parse().unwrap_or_else(|_| TokenTree::from(Literal::string(source)).into())
}

/// What stands before each hole, with the name in the hole, and what stands after the last; all as it is in the source.
type Pieces = (Vec<(String, Option<String>)>, String);

fn pieces(source: &str) -> Option<Pieces> {
    let mut characters = source.strip_prefix('"')?.strip_suffix('"')?.chars().peekable();
    let (mut pieces, mut piece) = (Vec::new(), String::new());
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                piece.push(character);
                let escaped = characters.next()?;
                piece.push(escaped);
                if escaped == 'u' {
                    // `\u{2192}` has braces of its own.
                    piece.extend(characters.by_ref().take_while(|&inside| inside != '}'));
                    piece.push('}');
                }
            }
            '{' | '}' if characters.peek() == Some(&character) => {
                characters.next();
                piece.push(character);
            }
            '{' => {
                let hole: String = characters.by_ref().take_while(|&inside| inside != '}').collect();
                if !hole.chars().all(|inside| inside == '_' || inside.is_alphanumeric())
                    || hole.starts_with(|first: char| first.is_ascii_digit())
                {
                    return None;
                }
                let name = Some(hole).filter(|hole| !hole.is_empty());
                pieces.push((std::mem::take(&mut piece), name));
            }
            _ => piece.push(character),
        }
    }
    Some((pieces, piece))
}

/// What stands between the commas after the template.
fn arguments(tokens: &[TokenTree]) -> Vec<TokenStream> {
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
    let parts = tokens.split(is_comma).map(|part| part.iter().cloned().collect::<TokenStream>());
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[track_caller]
    fn check(source: &str, expected: Option<&[&str]>) {
        let found = pieces(source).map(|(pieces, rest)| {
            let mut all: Vec<String> = pieces
                .into_iter()
                .map(|(piece, name)| std::format!("{piece}|{}", name.unwrap_or_default()))
                .collect();
            all.push(rest);
            all
        });
        let expected =
            expected.map(|pieces| pieces.iter().map(|piece| (*piece).to_owned()).collect::<Vec<_>>());
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn a_template_is_cut_at_its_holes_and_nowhere_else() {
        check(r#""""#, Some(&[""]));
        check(r#""a {} b {name}""#, Some(&["a |", " b |name", ""]));
        check(r#""{{x}} \u{2192} \"{}\"\\""#, Some(&["{x} \\u{2192} \\\"|", "\\\"\\\\"]));
    }

    #[test]
    fn what_it_cannot_do_is_left_to_the_standard_library() {
        for source in [r#""{:?}""#, r#""{0}""#, r#""{name:>3}""#, "r\"{}\"", "b\"{}\""] {
            check(source, None);
        }
    }
}
