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
    let TokenTree::Literal(literal) = tokens.first()? else { return None };
    let (template, holes) = template(&literal.to_string())?;
    let mut arguments = arguments(tokens.get(1..)?).into_iter();
    if holes.is_empty() && arguments.next().is_none() {
        return Some(tokens_of(&std::format!("alloc::borrow::ToOwned::to_owned(\"{template}\")")));
    }
    let mut calls = tokens_of(&std::format!("let mut __text = crate::words::Text::boxed(\"{template}\");"));
    for hole in &holes {
        let value = match hole {
            Hole::Next => arguments.next()?,
            Hole::Named(name) => TokenTree::from(Ident::new(name, literal.span())).into(),
            Hole::Brace => TokenTree::from(Literal::string("{")).into(),
        };
        let mut inner = tokens_of("&");
        inner.extend([TokenTree::from(Group::new(Delimiter::Parenthesis, value))]);
        inner.extend(tokens_of(", &mut __text"));
        calls.extend(tokens_of("crate::words::Words::add"));
        calls.extend([TokenTree::from(Group::new(Delimiter::Parenthesis, inner))]);
        calls.extend(tokens_of(";"));
    }
    if arguments.next().is_some() {
        return None;
    }
    calls.extend(tokens_of("__text.end()"));
    Some(TokenTree::from(Group::new(Delimiter::Brace, calls)).into())
}

fn tokens_of(source: &str) -> TokenStream {
    // What isn't Rust is none of the author's, so the compiler may say so.
    source.parse().unwrap_or_else(|_| TokenTree::from(Literal::string(source)).into())
}

/// What a hole of the template is filled with.
#[derive(Debug, PartialEq, Eq)]
enum Hole {
    /// The next argument.
    Next,
    /// What has this name.
    Named(String),
    /// An opening brace, which in a template would be a hole.
    Brace,
}

/// The template with `{}` for every hole, otherwise as it is in the source, and what gets into the holes.
fn template(source: &str) -> Option<(String, Vec<Hole>)> {
    let mut characters = source.strip_prefix('"')?.strip_suffix('"')?.chars().peekable();
    let (mut template, mut holes) = (String::new(), Vec::new());
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                template.push(character);
                let escaped = characters.next()?;
                template.push(escaped);
                if escaped == 'u' {
                    // `\u{2192}` has braces of its own.
                    template.extend(characters.by_ref().take_while(|&inside| inside != '}'));
                    template.push('}');
                }
            }
            '{' if characters.peek() == Some(&character) => {
                characters.next();
                template.push_str("{}");
                holes.push(Hole::Brace);
            }
            '}' => {
                characters.next();
                template.push(character);
            }
            '{' => {
                let hole: String = characters.by_ref().take_while(|&inside| inside != '}').collect();
                if !hole.chars().all(|inside| inside == '_' || inside.is_alphanumeric())
                    || hole.starts_with(|first: char| first.is_ascii_digit())
                {
                    return None;
                }
                template.push_str("{}");
                holes.push(if hole.is_empty() { Hole::Next } else { Hole::Named(hole) });
            }
            _ => template.push(character),
        }
    }
    Some((template, holes))
}

/// What stands between the commas after the template.
fn arguments(tokens: &[TokenTree]) -> Vec<TokenStream> {
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
    let parts = tokens.split(is_comma).map(|part| part.iter().cloned().collect::<TokenStream>());
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Hole, template};

    #[track_caller]
    fn check(source: &str, expected: &str, holes: &[Hole]) {
        let (found, found_holes) = template(source).unwrap_or_default();
        assert_eq!((found.as_str(), found_holes.as_slice()), (expected, holes), "{source}");
    }

    #[test]
    fn a_template_keeps_its_holes_and_nothing_of_what_gets_into_them() {
        let named = |name: &str| Hole::Named(name.to_owned());
        check(r#""""#, "", &[]);
        check(r#""a {} b {name}""#, "a {} b {}", &[Hole::Next, named("name")]);
        check(r#""\u{2192} \"{}\"\\""#, r#"\u{2192} \"{}\"\\"#, &[Hole::Next]);
    }

    #[test]
    fn an_opening_brace_gets_in_through_a_hole_and_a_closing_one_stays() {
        check(r#""{{{}}}""#, "{}{}}", &[Hole::Brace, Hole::Next]);
        check(r#""{{}}""#, "{}}", &[Hole::Brace]);
    }

    #[test]
    fn what_it_cannot_do_is_left_to_the_standard_library() {
        for source in [r#""{:?}""#, r#""{0}""#, r#""{name:>3}""#, "r\"{}\"", "b\"{}\""] {
            assert_eq!(template(source), None, "{source}");
        }
    }
}
