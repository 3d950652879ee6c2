namespace Sandglass.Cli;

/// <summary>Where what is said comes from: a person's keyboard, or a pipe.</summary>
internal interface ITurnInput
{
    /// <summary>The next text, without its line break; null where no more comes.</summary>
    Task<string?> NextAsync(CancellationToken cancellation);
}
