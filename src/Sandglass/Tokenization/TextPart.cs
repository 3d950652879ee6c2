namespace Sandglass.Tokenization;

/// <summary>A stretch of a text that is put together from what a program wrote and what a user did.</summary>
/// <param name="Length">UTF-16 units.</param>
/// <param name="IsTrusted">Whether control tokens that are spelled in it are meant as such. In what a user wrote they are text.</param>
public readonly record struct TextPart(int Length, bool IsTrusted);
