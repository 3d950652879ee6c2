namespace Sandglass.Tests.Generation;

/// <summary>What this process, with its own width of vector, computes; once for all tests that compare with it.</summary>
public sealed class ReferenceBits
{
    private string[]? _lines;

    public async Task<string[]> Of(TypedModelFiles files) => _lines ??= await WidthEvidence.Lines(files.Folder);
}
