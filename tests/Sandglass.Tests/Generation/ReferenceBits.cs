namespace Sandglass.Tests.Generation;

/// <summary>What this process, with its own width of vector, computes; once for all tests that compare with it.</summary>
public sealed class ReferenceBits
{
    private string[]? _lines, _few;

    public async Task<string[]> Of(TypedModelFiles files, bool isShort = false) =>
        isShort ? _few ??= await WidthEvidence.Lines(files.Folder, isShort) : _lines ??= await WidthEvidence.Lines(files.Folder);
}
