using Sandglass.ModelFiles;

namespace Sandglass.Tests.Conversations;

/// <summary>The smaller embedded model with a chat template that ends each message with the model's end token.</summary>
public sealed class TemplateModel : IDisposable
{
    private const string Template = "{% for message in messages %}{% if message.role == 'tool' %}{{ raise_exception('no tools') }}{% endif %}"
        + "{{ message.role + ':' + message.content + '<|endoftext|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant:' }}{% endif %}";

    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-template-").FullName;

    public TemplateModel()
    {
        string path = Path.Combine(_folder, "template.gguf");
        using ModelFile model = EmbeddedModels.Open("grain-1m");
        ModelFileWriter writer = new();
        foreach ((string key, object value) in model.Metadata.Values) writer.Add(key, value);
        writer.Add("tokenizer.chat_template", Template);
        foreach (TensorInfo tensor in model.Tensors)
        {
            byte[] bytes = new byte[tensor.ByteCount];
            model.Read(tensor, 0, bytes);
            writer.Add(tensor.Name, tensor.Type, [.. tensor.Shape], bytes);
        }
        File.WriteAllBytes(path, writer.ToArray());
        Model = LanguageModel.Load(path);
    }

    public LanguageModel Model { get; }

    public void Dispose()
    {
        Model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
